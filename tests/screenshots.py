"""The README's pictures, made from the sample community: `python -m tests.screenshots` writes docs/images/ again."""

from __future__ import annotations

import io
import tempfile
from pathlib import Path

from PIL import Image
from playwright.sync_api import Browser

from planet.cli.demo import run_sample
from planet.cli.site_server import site_server
from planet.sample import TODAY
from tests.support.browsing import chromium

IMAGES = Path(__file__).parent.parent / "docs" / "images"


def shoot(browser: Browser, address: str, name: str, *, scheme: str, width: int, height: int, scale: float) -> None:
    """One view of a page, in 256 colours: pages have few, and a README should load fast."""
    page = browser.new_page(
        viewport={"width": width, "height": height},
        color_scheme="dark" if scheme == "dark" else "light",
        device_scale_factor=scale,
        locale="fr-FR",
        timezone_id="Europe/Paris",
    )
    page.clock.set_fixed_time(TODAY)  # the page tells how long ago a post was written
    page.goto(address)
    page.wait_for_load_state("networkidle")
    picture = Image.open(io.BytesIO(page.screenshot())).convert("RGB")
    small = picture.quantize(256, dither=Image.Dither.NONE)
    IMAGES.mkdir(exist_ok=True)
    small.save(IMAGES / name, optimize=True)
    print(f"{name}: {(IMAGES / name).stat().st_size} bytes")
    page.close()


def main() -> None:
    """Run the sample, look at it."""
    with tempfile.TemporaryDirectory() as folder:
        run_sample(Path(folder) / "site", TODAY)
        with site_server(Path(folder) / "site", 0) as address, chromium() as browser:
            shoot(browser, address, "home-light.png", scheme="light", width=1180, height=820, scale=1.5)
            shoot(browser, address, "home-phone-dark.png", scheme="dark", width=375, height=780, scale=1.5)


if __name__ == "__main__":
    main()
