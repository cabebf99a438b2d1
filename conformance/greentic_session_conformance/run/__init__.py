"""Running checks: planning them, judging one, and surviving a store that hangs or dies."""
