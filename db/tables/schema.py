"""All tables together: the modules of this folder each add theirs to one metadata."""

import db.tables.access
import db.tables.audience
import db.tables.chunks
import db.tables.counters
import db.tables.deliveries
import db.tables.faces
import db.tables.headcounts
import db.tables.items
import db.tables.jobs
import db.tables.people
import db.tables.playlists
import db.tables.processes
import db.tables.videos
import db.tables.webhooks
import db.tables.zones  # noqa: F401 - they complete the metadata
from db.tables.metadata import Table

SCHEMA = Table.metadata
