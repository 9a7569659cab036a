//! What files of others become.

mod reg;
