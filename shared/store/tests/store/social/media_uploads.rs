//! Media items: their states, and tweets that show them.

use aviary_model::{AltText, MediaId, TweetId, TweetText, UserId};
use aviary_store::{
    Begun, MediaFile, MediaKind, MediaOutcome, MediaState, MediaUpload, MediaUploads, Order, Tweet, Unusable,
    UploadList, WriteError,
};

use crate::fixture::{NOW, Random, Store};

fn ready() -> MediaOutcome {
    MediaOutcome::Ready(MediaFile {
        key: "public/media/x".to_owned(),
        width: 4,
        height: 3,
        thumbnail: Some("public/thumbnails/x".to_owned()),
        blurhash: Some("LKO2".to_owned()),
    })
}

fn rejected() -> MediaOutcome {
    MediaOutcome::Rejected("It is broken.".to_owned())
}

/// A store with a waiting media item.
struct World {
    store: Store,
    uploads: MediaUploads,
    upload: MediaUpload,
}

impl World {
    async fn start() -> Self {
        let store = Store::start().await;
        let uploads = MediaUploads::new(&store.social);
        let upload = MediaUpload {
            id: MediaId::new(NOW, &Random).unwrap(),
            owner: UserId::new(NOW, &Random).unwrap(),
            kind: MediaKind::Image,
            content_type: "image/jpeg".to_owned(),
            alt: AltText::parse("a bird").unwrap(),
            secret: "ab".to_owned(),
            state: MediaState::Waiting,
            created_at: NOW,
            size: None,
            etag: None,
            reason: None,
            file: None,
            tweet: None,
            place: None,
        };
        uploads.announce(&upload, &store.jobs, 60, None).await.unwrap();
        Self { store, uploads, upload }
    }

    async fn now(&self) -> MediaUpload {
        self.uploads.by_id(self.upload.owner, self.upload.id).await.unwrap().unwrap()
    }

    async fn begin(&self, etag: &str) -> Begun {
        self.uploads.begin(self.upload.owner, self.upload.id, (etag, 7)).await.unwrap()
    }

    async fn begun(&self, etag: &str) -> MediaUpload {
        match self.begin(etag).await {
            Begun::Check { upload, .. } => *upload,
            other => panic!("{other:?}"),
        }
    }

    /// A tweet that shows the item as it was read.
    async fn show(&self, read: &MediaUpload) -> Result<TweetId, WriteError> {
        let id = TweetId::new(NOW, &Random).unwrap();
        let tweet = Tweet::new(id, self.upload.owner, TweetText::parse("look").unwrap(), NOW);
        let tweet = Tweet { media: vec![read.in_tweet()], ..tweet };
        let uploads = std::slice::from_ref(read);
        self.store.tweets.create_with_media(&tweet, uploads, &[], None).await.map(|()| id)
    }

    async fn shown(&self, tweet: TweetId) -> aviary_store::Media {
        self.store.tweets.by_id(tweet).await.unwrap().unwrap().media.remove(0)
    }
}

#[tokio::test]
async fn an_upload_is_checked_once_and_its_outcome_stays() {
    for outcome in [ready(), rejected()] {
        let world = World::start().await;
        assert_eq!(world.now().await.usable(), Err(Unusable::Waiting));
        let begun = world.begun("e1").await;
        assert!(world.uploads.finish(&begun, &outcome).await.unwrap());
        let decided = world.now().await;
        assert!(matches!(world.begin("e1").await, Begun::Decided(_)));
        assert!(matches!(world.begin("e2").await, Begun::Decided(_)));
        assert!(!world.uploads.finish(&begun, &rejected()).await.unwrap());
        assert_eq!(format!("{:?}", world.now().await), format!("{decided:?}"));
        let usable = if outcome == ready() { Ok(()) } else { Err(Unusable::Rejected("It is broken.".to_owned())) };
        assert_eq!(decided.usable(), usable);
    }
}

#[tokio::test]
async fn a_second_upload_before_the_outcome_decides() {
    let world = World::start().await;
    let (first, second) = (world.begun("e1").await, world.begun("e2").await);
    assert!(!world.uploads.finish(&first, &rejected()).await.unwrap());
    assert!(world.uploads.finish(&second, &ready()).await.unwrap());
    assert_eq!(world.now().await.state, MediaState::Ready);
}

#[tokio::test]
async fn an_item_that_is_gone_is_never_made_again() {
    let world = World::start().await;
    let begun = world.begun("e1").await;
    world.uploads.remove(begun.owner, begun.id).await.unwrap();
    assert!(!world.uploads.finish(&begun, &ready()).await.unwrap());
    assert!(matches!(world.begin("e1").await, Begun::Missing));
    assert!(world.uploads.by_id(begun.owner, begun.id).await.unwrap().is_none());
}

#[tokio::test]
async fn a_tweet_that_shows_it_gets_its_outcome() {
    for outcome in [ready(), rejected()] {
        let world = World::start().await;
        let begun = world.begun("e1").await;
        // Named between the beginning and the end of the check.
        let tweet = world.show(&begun).await.unwrap();
        assert_eq!(world.shown(tweet).await.state, MediaState::Processing);
        assert!(world.uploads.finish(&begun, &outcome).await.unwrap());
        let shown = world.shown(tweet).await;
        assert_eq!(shown.alt.as_str(), "a bird");
        match outcome {
            MediaOutcome::Ready(file) => {
                assert_eq!((shown.state, &shown.key, shown.width), (MediaState::Ready, &file.key, 4));
                assert_eq!((shown.thumbnail, shown.blurhash), (file.thumbnail, file.blurhash));
            }
            MediaOutcome::Rejected(_) => assert_eq!((shown.state, shown.key.as_str()), (MediaState::Rejected, "")),
        }
    }
}

#[tokio::test]
async fn a_tweet_never_keeps_what_was_true_before() {
    let world = World::start().await;
    let begun = world.begun("e1").await;
    assert!(world.uploads.finish(&begun, &ready()).await.unwrap());
    // It was read while it was processed, and is ready by now.
    assert!(matches!(world.show(&begun).await, Err(WriteError::MediaChanged)));
    let now = world.now().await;
    world.show(&now).await.unwrap();
    assert!(matches!(world.show(&now).await, Err(WriteError::MediaChanged)));
    assert_eq!(world.now().await.usable(), Err(Unusable::Used));
}

#[tokio::test]
async fn the_outcome_for_a_deleted_tweet_is_lost() {
    let world = World::start().await;
    let begun = world.begun("e1").await;
    let id = world.show(&begun).await.unwrap();
    let tweet = world.store.tweets.by_id(id).await.unwrap().unwrap();
    world.store.tweets.delete(&tweet, &world.store.jobs, NOW).await.unwrap();
    assert!(!world.uploads.finish(&begun, &ready()).await.unwrap());
    assert!(world.store.tweets.by_id(id).await.unwrap().is_none());
}

#[tokio::test]
async fn only_what_no_tweet_shows_is_removed_as_unused() {
    let world = World::start().await;
    let (owner, id) = (world.upload.owner, world.upload.id);
    let begun = world.begun("e1").await;
    world.show(&begun).await.unwrap();
    assert!(!world.uploads.remove_unused(owner, id).await.unwrap());
    assert_eq!(world.uploads.of_user(owner).await.unwrap(), [id]);
    let other = World::start().await;
    assert!(other.uploads.remove_unused(other.upload.owner, other.upload.id).await.unwrap());
    assert_eq!(other.uploads.of_user(other.upload.owner).await.unwrap(), []);
}

#[tokio::test]
async fn a_thumbnail_is_written_only_beside_its_picture() {
    let world = World::start().await;
    let begun = world.begun("e1").await;
    assert!(world.uploads.finish(&begun, &ready()).await.unwrap());
    let tweet = world.show(&world.now().await).await.unwrap();
    let nobody = TweetId::new(NOW, &Random).unwrap();
    let set = async |tweet, place| world.uploads.set_thumbnail(tweet, place, "t", "hash").await.unwrap();
    assert!(!set(nobody, (0, "public/media/x")).await);
    assert!(!set(tweet, (0, "public/media/y")).await);
    assert!(!set(tweet, (1, "public/media/x")).await);
    assert!(set(tweet, (0, "public/media/x")).await);
    assert_eq!(world.shown(tweet).await.thumbnail.as_deref(), Some("t"));
    assert!(world.store.tweets.by_id(nobody).await.unwrap().is_none(), "a tweet was made of nothing");
}

#[tokio::test]
async fn uploads_are_listed_by_time_and_by_where_they_stand() {
    let world = World::start().await;
    let mut listed = vec![(world.upload.id, UploadList::Undecided)];
    for n in 0..11 {
        let upload = MediaUpload { id: MediaId::new(NOW, &Random).unwrap(), ..world.upload.clone() };
        world.uploads.announce(&upload, &world.store.jobs, 60, None).await.unwrap();
        let (list, outcome) = match n % 4 {
            0 => (UploadList::Ready, Some(ready())),
            1 => (UploadList::Rejected, Some(rejected())),
            _ => (UploadList::Undecided, None),
        };
        if n % 4 != 2 {
            let begun = match world.uploads.begin(upload.owner, upload.id, ("e", 9)).await.unwrap() {
                Begun::Check { upload, .. } => upload,
                other => panic!("{other:?}"),
            };
            if let Some(outcome) = outcome {
                assert!(world.uploads.finish(&begun, &outcome).await.unwrap());
            }
        }
        listed.push((upload.id, list));
    }
    listed.sort_by_key(|(id, _)| *id);
    let all = UploadList::ALL.to_vec();
    for lists in UploadList::ALL.into_iter().map(|list| vec![list]).chain([all]) {
        for order in [Order::OldestFirst, Order::NewestFirst] {
            let mut wanted: Vec<MediaId> =
                listed.iter().filter(|(_, list)| lists.contains(list)).map(|(id, _)| *id).collect();
            if order == Order::NewestFirst {
                wanted.reverse();
            }
            let (mut found, mut after) = (Vec::new(), None);
            loop {
                let page = world.uploads.by_time(&lists, order, after, 2).await.unwrap();
                let items = world.uploads.many(&page.entries).await.unwrap();
                assert!(page.entries.iter().map(|(_, id)| *id).eq(items.iter().map(|upload| upload.id)));
                found.extend(items.iter().map(|upload| upload.id));
                match page.next {
                    Some(next) => after = Some(next.parse().unwrap()),
                    None => break,
                }
            }
            assert_eq!(found, wanted, "{lists:?}, {order:?}");
        }
    }
    world.uploads.remove_unused(world.upload.owner, world.upload.id).await.unwrap();
    let left = world.uploads.by_time(&UploadList::ALL, Order::OldestFirst, None, 20).await.unwrap().entries;
    assert!(left.len() == 11 && left.iter().all(|(_, id)| *id != world.upload.id), "{left:?}");
}
