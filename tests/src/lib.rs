//! The whole site with the real binaries, and the demo.
