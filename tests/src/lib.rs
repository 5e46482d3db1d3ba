//! What the cross-room suites share: places of the tree, and foreign programs that play peers and counterparts.

pub mod foreign;
pub mod tree;
