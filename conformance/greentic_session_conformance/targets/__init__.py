"""What can be put under test, and how it is named."""
