"""Search pages: parse a query (`query`), find pages (`backends`), sort them (`ranking`), and find
the places to show (`hits`). `search.search_pages` is the entry point.
"""
