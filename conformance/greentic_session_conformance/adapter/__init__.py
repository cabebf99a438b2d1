"""Stores behind an adapter: a program in any language that speaks JSON-RPC over its standard input and output (chapter "The adapter protocol")."""
