//! The comparison of the bucket with the items that name its objects.

use std::time::Duration;

use aviary_media::{Bucket, ImageFormat, ObjectKey, inspect};
use aviary_model::{AltText, MediaId, TweetId, TweetText};
use aviary_store::{Media, MediaKind, MediaState, SocialTable, Tweet, Tweets};
use operate::sweep_media::{MediaSummary, SweepingMedia, sweep_media};

use crate::deployment::{Deployment, config};

const LOOK: SweepingMedia = SweepingMedia { repair: false, pause: Duration::ZERO };
const REPAIR: SweepingMedia = SweepingMedia { repair: true, pause: Duration::ZERO };
/// The smallest GIF: one pixel.
const GIF: &[u8] = b"GIF89a\x01\0\x01\0\x80\0\0\0\0\0\xff\xff\xff,\0\0\0\0\x01\0\x01\0\0\x02\x02D\x01\0;";

async fn swept(deployment: &Deployment, bucket: &Bucket, sweeping: SweepingMedia) -> (MediaSummary, String) {
    let mut said = Vec::new();
    let summary = sweep_media(&deployment.operator, bucket, sweeping, &mut said).await.unwrap();
    (summary, String::from_utf8(said).unwrap())
}

#[tokio::test]
async fn objects_without_items_and_items_without_objects_are_found() {
    let deployment = Deployment::start();
    let operator = &deployment.operator;
    let social = deployment.variables.iter().find(|(name, _)| name == "AVIARY_SOCIAL_TABLE").unwrap().1.clone();
    let bucket = Bucket::connect(&config(&deployment.local.aws_url()), "aviary-tests-mediabucket", "");
    let author = deployment.registered("ada").await;
    let now = operator.clock.now();
    let id = TweetId::new(now, operator.entropy.as_ref()).unwrap();
    let key = |place| ObjectKey::tweet_image(id.uuid(), place, 7, ImageFormat::Gif);
    let media = |place: u8, thumbnail: Option<String>| Media {
        id: MediaId::new(now, operator.entropy.as_ref()).unwrap(),
        kind: MediaKind::Image,
        key: key(place).into_string(),
        width: 1,
        height: 1,
        alt: AltText::default(),
        thumbnail,
        blurhash: None,
        state: MediaState::Ready,
        direct: false,
    };
    let gif = inspect(&[bytes::Bytes::from_static(GIF)], None).unwrap();
    let thumbnail = key(0).thumbnail(ImageFormat::Gif).unwrap();
    let tweet = Tweet::new(id, author.id, TweetText::parse("look").unwrap(), now);
    let shown = vec![media(0, Some(thumbnail.as_str().to_owned())), media(1, None)];
    let tweet = Tweet { media: shown, ..tweet };
    Tweets::new(&SocialTable::new(&operator.db, &social)).create(&tweet, &[], None).await.unwrap();
    for stored in [key(0), thumbnail, key(2)] {
        bucket.put(&stored, &gif).await.unwrap();
    }
    let found = MediaSummary { objects: 3, unknown: 1, removed: 0, missing: 1 };
    let (summary, said) = swept(&deployment, &bucket, LOOK).await;
    assert_eq!(summary, found);
    assert!(!summary.is_right());
    assert_eq!(said, format!("{}: no item names it\n{}: an item names it, and it does not exist\n", key(2), key(1)));
    assert_eq!(swept(&deployment, &bucket, REPAIR).await.0, MediaSummary { removed: 1, ..found });
    bucket.put(&key(1), &gif).await.unwrap();
    let (summary, said) = swept(&deployment, &bucket, LOOK).await;
    assert_eq!((summary.is_right(), said.as_str()), (true, ""));
    assert_eq!(summary.to_string(), "3 objects: 0 that no item names, 0 of them removed; 0 missing.");
}
