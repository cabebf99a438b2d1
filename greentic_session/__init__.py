"""Session stores for flows that pause, wait for a person and resume where they left off."""
