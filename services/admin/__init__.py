"""The admin: forms and lists of all models, for editors and admins."""
