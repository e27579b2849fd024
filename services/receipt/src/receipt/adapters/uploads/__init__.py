"""Files that anyone may send to be checked: read by a child process that can be lost."""
