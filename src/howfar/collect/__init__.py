"""Live sources and public data: the only layer that may import a network client.

Nothing here can post. What is fetched is pinned by SHA-256 and kept in the user's own cache.
"""
