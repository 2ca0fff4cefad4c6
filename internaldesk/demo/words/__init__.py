"""The words of the demo desk: its people, and what they ask and answer, one file per team."""
