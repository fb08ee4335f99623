//! Files in and out, and the demonstration's synthetic registry.
