"""Newer versions of this program: found, proved to be the vendor's, tried on a copy of the data, installed.

Nothing here is loaded by a till that sells: it runs in a process of its own (`python3 -m pos_app update`).
"""
