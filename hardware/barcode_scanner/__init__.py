"""Barcode scanners other than keyboard wedges, which are Qt's business."""
