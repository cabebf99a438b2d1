"""The version of the distribution, written once; packaging and both packages read it from here."""

__version__ = "0.1.0"
