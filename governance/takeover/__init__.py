"""Take-over of a running program: a workbook against the organization, loaded and decided set by set."""
