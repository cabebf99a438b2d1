"""Programs that the project runs on itself; none of them is shipped."""
