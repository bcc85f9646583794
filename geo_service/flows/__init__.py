"""One user story a file: the only place where the pure core meets the outside world."""
