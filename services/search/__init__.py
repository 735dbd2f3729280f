"""Finding pages by words: what is asked (`query`), which pages answer (`engines`), in which order
(`ranking`), and where in them (`hits`). `search.search_pages` is the one way in.
"""
