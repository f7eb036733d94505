"""JSON shapes shared by server and client, to and from the domain."""
