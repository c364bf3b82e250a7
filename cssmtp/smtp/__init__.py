"""The SMTP client: replies, the pipelined dialogue (both sans-I/O) and the connection."""
