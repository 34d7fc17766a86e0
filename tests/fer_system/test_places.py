"""Where the library finds its files: in the repository here, as a wheel has them in test_wheel."""

from pathlib import Path

from fer_system import places

ROOT = Path(__file__).parents[2]


def test_the_repository_has_its_own_files():
    assert not places.IS_INSTALLED
    assert places.emoji_path("happy") == ROOT / "emojis" / "happy.png"
    assert places.downloads_folder() == ROOT / "models"


def test_an_installed_library_keeps_downloads_in_the_users_cache(monkeypatch, tmp_path):
    monkeypatch.setattr(places, "IS_INSTALLED", True)
    monkeypatch.setattr(places.sys, "platform", "linux")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    assert places.downloads_folder() == tmp_path / "fer-system"
    monkeypatch.delenv("XDG_CACHE_HOME")
    monkeypatch.setattr(places.Path, "home", lambda: tmp_path)
    assert places.downloads_folder() == tmp_path / ".cache" / "fer-system"


def test_a_user_without_a_home_has_a_place_for_downloads_too(monkeypatch, tmp_path):
    def homeless():
        raise RuntimeError("Could not determine home directory.")

    monkeypatch.setattr(places, "IS_INSTALLED", True)
    monkeypatch.setattr(places.sys, "platform", "linux")
    monkeypatch.delenv("XDG_CACHE_HOME", raising=False)
    monkeypatch.setattr(places.Path, "home", homeless)
    monkeypatch.setattr(places.tempfile, "gettempdir", lambda: str(tmp_path))
    assert places.downloads_folder() == tmp_path / "fer-system"
