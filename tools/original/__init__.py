"""The Rust original as a measure: its adapter built and asked, texts for its decoder, and what it answers written down."""
