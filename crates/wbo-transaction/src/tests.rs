//! Transactions on a drive that is cut off, fails and fills up: each time everything is exactly as before or exactly as
//! after, or has moved on and keeps what it has.

mod cuts;
mod disk;
mod foreign;
mod messages;
mod random;
mod world;
