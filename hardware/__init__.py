"""Devices by UnifiedPOS category, each with its drivers and a simulator."""
