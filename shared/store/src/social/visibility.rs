//! Blocks and mutes between a viewer and another user.

use serde::Deserialize;

use crate::social::edge_states::Relation;

/// The blocks and mutes between a viewer and another user.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(from = "Relation")]
pub struct Visibility {
    /// The viewer blocks the other user.
    pub blocks: bool,
    /// The viewer mutes the other user.
    pub mutes: bool,
    /// The other user blocks the viewer.
    pub blocked_by: bool,
}

impl From<Relation> for Visibility {
    fn from(relation: Relation) -> Self {
        Self { blocks: relation.block.is_some(), mutes: relation.mute.is_some(), blocked_by: relation.blocked_by }
    }
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
