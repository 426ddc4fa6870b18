//! Blocks and mutes between a viewer and another user.

use serde::Deserialize;

/// The blocks and mutes between a viewer and another user.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
pub struct Visibility {
    /// The viewer blocks the other user.
    #[serde(default)]
    pub blocks: bool,
    /// The viewer mutes the other user.
    #[serde(default)]
    pub mutes: bool,
    /// The other user blocks the viewer.
    #[serde(default)]
    pub blocked_by: bool,
}

impl Visibility {
    /// Is there a block between the two, in either direction?
    #[must_use]
    pub fn is_block(self) -> bool {
        self.blocks || self.blocked_by
    }

    /// Is the other user hidden from the viewer's timelines and notifications?
    #[must_use]
    pub fn is_hidden(self) -> bool {
        self.is_block() || self.mutes
    }
}
