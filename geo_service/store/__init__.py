"""What a workspace keeps: the database, the trace lake and the compiled streets."""
