//! Animation (§11.3.6): frames after the picture, numbered in one sequence.

use crate::inspect::error::InspectError;
use crate::inspect::format::ImageFormat;
use crate::inspect::png::header::Header;
use crate::inspect::source::Reader;
use crate::inspect::walked::check_frames;

/// The state of an animation after the chunks so far.
pub(super) struct Animation {
    /// The frames that were declared and have not begun yet.
    frames_left: u32,
    next_number: u32,
    /// Whether the picture itself is the first frame.
    picture_is_frame: bool,
    /// Whether a frame after the picture has begun.
    has_control: bool,
    /// Whether that frame still has no data, which it needs before the next one begins.
    open: bool,
}

impl Animation {
    /// Reads `acTL`, which declares the number of frames.
    pub(super) fn declared(mut data: Reader<'_>) -> Result<Self, InspectError> {
        let start = data.position();
        let frames = u32::from_be_bytes(data.array()?);
        let _plays: [u8; 4] = data.array()?;
        data.require(frames > 0 && data.is_at_end(), start, "the announcement of the animation is malformed")?;
        check_frames(ImageFormat::Png, frames)?;
        Ok(Self { frames_left: frames, next_number: 0, picture_is_frame: false, has_control: false, open: false })
    }

    /// Reads `fcTL`: the position, size and time of a frame.
    pub(super) fn frame_control(
        &mut self,
        mut data: Reader<'_>,
        header: &Header,
        after_picture: bool,
    ) -> Result<(), InspectError> {
        let start = data.position();
        self.number(&mut data)?;
        let mut side = || data.array().map(u32::from_be_bytes);
        let (width, height, x, y) = (side()?, side()?, side()?, side()?);
        let [_, _, _, _, dispose, blend] = data.array()?;
        data.require(dispose <= 2 && blend <= 1 && data.is_at_end(), start, "a frame's control is malformed")?;
        let inside =
            |offset: u32, side: u32, whole: u32| side > 0 && offset.checked_add(side).is_some_and(|end| end <= whole);
        let fits = if after_picture {
            inside(x, width, header.width) && inside(y, height, header.height)
        } else {
            (x, y, width, height) == (0, 0, header.width, header.height)
        };
        data.require(fits, start, "a frame does not fit")?;
        let in_turn = if after_picture { !self.open } else { !self.picture_is_frame };
        data.require(in_turn, start, "a frame has no data")?;
        let Some(left) = self.frames_left.checked_sub(1) else {
            return Err(data.malformed(start, "there are more frames than announced"));
        };
        self.frames_left = left;
        self.picture_is_frame |= !after_picture;
        self.open = after_picture;
        self.has_control = after_picture;
        Ok(())
    }

    /// Reads `fdAT`: a piece of a frame.
    pub(super) fn frame_data(&mut self, mut data: Reader<'_>, after_picture: bool) -> Result<(), InspectError> {
        let start = data.position();
        self.number(&mut data)?;
        data.require(after_picture && self.has_control, start, "a frame's data is out of place")?;
        self.open = false;
        Ok(())
    }

    /// Whether all declared frames are complete.
    pub(super) fn is_complete(&self) -> bool {
        self.frames_left == 0 && !self.open
    }

    /// Reads the sequence number, which must be the next one.
    fn number(&mut self, data: &mut Reader<'_>) -> Result<(), InspectError> {
        let start = data.position();
        let number = u32::from_be_bytes(data.array()?);
        data.require(number == self.next_number, start, "the animation's chunks are out of order")?;
        self.next_number = number.saturating_add(1);
        Ok(())
    }
}
