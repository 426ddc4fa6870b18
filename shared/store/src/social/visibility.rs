//! Blocks and mutes between a viewer and another user.

use serde::Deserialize;

/// What stands between a viewer and another.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
pub struct Hide {
    /// The viewer blocks the other.
    #[serde(default)]
    pub blocks: bool,
    /// The viewer has muted the other.
    #[serde(default)]
    pub mutes: bool,
    /// The other blocks the viewer.
    #[serde(default)]
    pub blocked_by: bool,
}

impl Hide {
    /// Does a block stand between them, in either direction?
    #[must_use]
    pub fn is_block(self) -> bool {
        self.blocks || self.blocked_by
    }

    /// Is the other left out of the viewer's timelines and notifications?
    #[must_use]
    pub fn hides(self) -> bool {
        self.is_block() || self.mutes
    }
}
