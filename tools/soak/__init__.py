"""The soak: correct stores, however odd, judged over and over; none may ever be called wrong."""
