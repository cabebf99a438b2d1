"""The pages of the site that come from the specification, the schemas, the vectors and the library.

Each module turns one source into Markdown; ``tools/build_site_pages.py`` writes what they answer.
"""
