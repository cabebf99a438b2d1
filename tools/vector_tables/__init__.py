"""The generated vectors, a chapter of the specification a module; nothing here knows the library."""
