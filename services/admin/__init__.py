"""The admin: everything about pages in one place, for those who may edit."""
