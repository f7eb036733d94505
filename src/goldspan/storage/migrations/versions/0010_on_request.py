"""The share of records whose suggestions are shown to whoever asks for them."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Show all suggestions at once, as before."""
    op.execute(
        sa.text("ALTER TABLE datasets ADD COLUMN suggestions_on_request INTEGER DEFAULT 0 NOT NULL")
    )


def downgrade() -> None:
    """Drop the column."""
    op.drop_column("datasets", "suggestions_on_request")
