"""Thanks between co-workers, the personal service record, and how teams see themselves beside how others see them."""
