"""What a video may cost, where the page works on it."""

import gradio as gr
import pytest

from tests.clips import steady, write_clip
from web.video import reports


@pytest.mark.parametrize("limit", ["MOST_MINUTES", "MOST_WORKING_MINUTES"])
def test_a_video_that_others_would_wait_for_too_long_is_given_up(
    limit, recognizer, tmp_path, monkeypatch
):
    clip = write_clip(tmp_path / "clip.mp4", steady(3))
    target = tmp_path / "marked.mp4"
    assert [*reports(recognizer, clip, target, 0.5)][-1].frames == 3
    target.unlink()
    monkeypatch.setattr(f"web.video.{limit}", 0)
    with pytest.raises(gr.Error, match="longer than the 0 minutes allowed here"):
        [*reports(recognizer, clip, target, 0.5)]
    assert not target.exists()
