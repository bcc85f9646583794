"""What answers look like, in JSON Schema: a file a group of doors."""
