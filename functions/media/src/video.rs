//! Checks a video: reads the headers of its outer boxes and `moov`, and has the new file put together.

use aviary_media::{Fetched, ObjectKey, Version, VideoError, VideoOutline, VideoPlan, plan_video};
use aviary_store::{MediaFile, MediaOutcome, MediaUpload};
use bytes::Bytes;

use crate::media::{EventError, Media};
use crate::upload::{Checked, random};

/// The most headers that are read one by one. Cameras write fewer than ten outer boxes.
const MAX_HEADERS: usize = 64;

/// Why a video is not served.
enum Refused {
    Video(VideoError),
    TooManyBoxes,
    Gone,
}

impl From<VideoError> for Refused {
    fn from(error: VideoError) -> Self {
        Self::Video(error)
    }
}

impl Media {
    pub(crate) async fn check_video(
        &self,
        upload: &MediaUpload,
        version: Version<'_>,
        size: u64,
    ) -> Result<Checked, EventError> {
        let rejected = |reason: String| Ok(Checked::Outcome(MediaOutcome::Rejected(reason)));
        let plan = match self.plan(upload, version, size).await? {
            Ok(plan) => plan,
            Err(Refused::Video(error)) => return rejected(error.client_message()),
            Err(Refused::TooManyBoxes) => {
                return rejected("The video consists of too many pieces; save it as one whole MP4.".to_owned());
            }
            Err(Refused::Gone) => return Ok(Checked::Gone),
        };
        let key = ObjectKey::uploaded_video(upload.id.uuid(), random(upload));
        if !self.bucket.put_video(&key, &plan, version).await? {
            return Ok(Checked::Gone);
        }
        Ok(Checked::Outcome(MediaOutcome::Ready(MediaFile {
            key: key.into_string(),
            width: plan.width,
            height: plan.height,
            thumbnail: None,
            blurhash: None,
        })))
    }

    async fn plan(
        &self,
        upload: &MediaUpload,
        version: Version<'_>,
        size: u64,
    ) -> Result<Result<VideoPlan, Refused>, EventError> {
        let mut outline = match VideoOutline::new(size) {
            Ok(outline) => outline,
            Err(error) => return Ok(Err(error.into())),
        };
        let mut headers = 0;
        while let Some(header) = outline.next_header() {
            headers += 1;
            if headers > MAX_HEADERS {
                return Ok(Err(Refused::TooManyBoxes));
            }
            let Fetched::Bytes(header) = self.bucket.fetch_range(version, &header).await? else {
                return Ok(Err(Refused::Gone));
            };
            if let Err(error) = outline.take(&header) {
                return Ok(Err(error.into()));
            }
        }
        let movie = match outline.movie() {
            Ok(movie) => movie,
            Err(error) => return Ok(Err(error.into())),
        };
        let (Fetched::Bytes(brands), Fetched::Bytes(movie)) = (
            self.bucket.fetch_range(version, &outline.brands()).await?,
            self.bucket.fetch_range(version, &movie).await?,
        ) else {
            return Ok(Err(Refused::Gone));
        };
        Ok(planned(&outline, &brands, movie, upload))
    }
}

fn planned(outline: &VideoOutline, brands: &[u8], movie: Bytes, upload: &MediaUpload) -> Result<VideoPlan, Refused> {
    plan_video(outline, brands, movie, Some(&upload.content_type)).map_err(Refused::from)
}
