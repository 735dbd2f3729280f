"""Static files under names that hold a hash of their content: browsers cache them for good."""

from whitenoise.storage import CompressedManifestStaticFilesStorage


class HashedStorage(CompressedManifestStaticFilesStorage):  # type: ignore[misc]
    """Also where one JavaScript module imports another."""

    support_js_module_import_aggregation = True
