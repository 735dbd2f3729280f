"""Static files with a hash of their content in their names: browsers cache them for good."""

from whitenoise.storage import CompressedManifestStaticFilesStorage


class HashedStorage(CompressedManifestStaticFilesStorage):  # type: ignore[misc]
    """Also replaces names in imports of JavaScript modules."""

    support_js_module_import_aggregation = True
