"""Fixtures of the simulations: the central service on both engines."""

from fakes.central_databases import central_database as central_database
from fakes.central_databases import postgresql_url as postgresql_url
from fakes.central_shop import shop as shop
