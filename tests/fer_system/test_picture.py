import io

import numpy as np
import pytest
from PIL import Image
from skimage import data

from fer_system import PictureError, load_picture
from fer_system.picture import MAX_PIXELS, MAX_SCANS


def encoded(image, file_format="PNG", **options):
    file = io.BytesIO()
    image.save(file, file_format, **options)
    return file.getvalue()


@pytest.fixture(scope="module")
def photo():
    return Image.fromarray(data.astronaut()).resize((60, 40))


def test_a_path_bytes_a_file_an_image_and_an_array_give_the_same_picture(tmp_path, photo):
    path = tmp_path / "photo.png"
    photo.save(path)
    expected = np.asarray(photo)
    sources = [path, str(path), path.read_bytes(), io.BytesIO(path.read_bytes()), photo, expected]
    for source in sources:
        picture = load_picture(source)
        assert picture.dtype == np.uint8
        np.testing.assert_array_equal(picture, expected)


def test_every_mode_becomes_rgb_of_the_same_size_and_look(subtests, photo):
    for mode in ("1", "L", "LA", "P", "PA", "RGB", "RGBA", "CMYK", "YCbCr", "HSV"):
        with subtests.test(mode=mode):
            picture = load_picture(photo.convert("L").convert("RGB").convert(mode))
            assert picture.shape == (40, 60, 3)
            grey = np.asarray(photo.convert("L"), float)
            assert (
                np.corrcoef(picture.mean(axis=2).ravel(), grey.ravel())[0, 1] > 0.5
            )  # dithering costs most


def test_every_common_format_is_read(subtests, photo):
    for file_format in ("JPEG", "PNG", "WEBP", "GIF", "BMP", "TIFF", "PPM"):
        with subtests.test(file_format=file_format):
            picture = load_picture(encoded(photo, file_format))
            assert np.abs(picture.astype(int) - np.asarray(photo)).mean() < 20


def test_a_cmyk_jpeg_keeps_its_look(photo):
    picture = load_picture(encoded(photo.convert("CMYK"), "JPEG", quality=95))
    assert np.abs(picture.astype(int) - np.asarray(photo)).mean() < 10


def test_transparent_parts_become_white():
    clear_red = Image.new("RGBA", (4, 4), (255, 0, 0, 0))
    half_black = Image.new("LA", (4, 4), (0, 128))
    assert (load_picture(encoded(clear_red)) == 255).all()
    assert (load_picture(encoded(half_black)) == 127).all()
    assert (load_picture(np.zeros((4, 4, 4), np.uint8)) == 255).all()


def test_the_transparent_colour_of_a_palette_becomes_white():
    image = Image.new("P", (4, 4), 0)
    image.putpalette([10, 20, 30, 40, 50, 60])
    assert (load_picture(encoded(image, transparency=0)) == 255).all()
    assert (load_picture(encoded(image)) == (10, 20, 30)).all()


def test_sixteen_bit_grey_spans_the_whole_range(subtests):
    for file_format in ("PNG", "TIFF"):
        with subtests.test(file_format=file_format):
            levels = np.array([[0, 257, 128 * 257, 65535]], np.uint16)
            picture = load_picture(encoded(Image.fromarray(levels), file_format))
            assert picture[0, :, 0].tolist() == [0, 1, 128, 255]


def test_sixteen_bit_pgm_spans_the_whole_range():
    pgm = b"P5 2 1 65535\n" + np.array([257, 65535], ">u2").tobytes()
    assert load_picture(pgm)[0, :, 0].tolist() == [1, 255]


def test_arrays_of_any_number_type_span_the_whole_range(subtests):
    for case, array in {
        "bool": np.array([[False, True]]),
        "0..1": np.array([[0.0, 1.0]]),
        "0..255": np.array([[0.0, 255.0]]),
        "int": np.array([[0, 255]]),
        "uint16": np.array([[0, 65535]], np.uint16),
        "one channel": np.array([[[0], [255]]], np.uint8),
    }.items():
        with subtests.test(case=case):
            assert load_picture(array).tolist() == [[[0, 0, 0], [255, 255, 255]]]


def test_an_array_that_is_no_picture_is_refused(subtests):
    for array in (
        np.zeros((0, 5, 3), np.uint8),
        np.zeros(5),
        np.zeros((2, 2, 7)),
        np.full((2, 2), -1),
        np.full((2, 2), 256),
        np.full((2, 2), np.nan),
        np.full((2, 2), "x"),
        np.full((2, 2), 1j),
    ):
        with subtests.test(array=array), pytest.raises(PictureError):
            load_picture(array)


def test_a_rotated_photo_is_turned_upright(subtests, photo):
    for file_format in ("JPEG", "PNG", "WEBP", "TIFF"):
        for orientation in range(1, 9):
            with subtests.test(file_format=file_format, orientation=orientation):
                undo = {
                    2: Image.Transpose.FLIP_LEFT_RIGHT,
                    3: Image.Transpose.ROTATE_180,
                    4: Image.Transpose.FLIP_TOP_BOTTOM,
                    5: Image.Transpose.TRANSPOSE,
                    6: Image.Transpose.ROTATE_90,
                    7: Image.Transpose.TRANSVERSE,
                    8: Image.Transpose.ROTATE_270,
                }
                stored = photo.transpose(undo[orientation]) if orientation in undo else photo
                exif = Image.Exif()
                exif[0x0112] = orientation
                picture = load_picture(encoded(stored, file_format, exif=exif))
                assert picture.shape == (40, 60, 3)
                assert np.abs(picture.astype(int) - np.asarray(photo)).mean() < 20


def test_a_rotated_sixteen_bit_scan_is_turned_upright():
    exif = Image.Exif()
    exif[0x0112] = 6
    scan = Image.fromarray(np.array([[0, 257], [514, 771], [1028, 1285]], np.uint16))
    picture = load_picture(encoded(scan, "PNG", exif=exif))
    assert picture[:, :, 0].tolist() == [[4, 2, 0], [5, 3, 1]]


def test_an_animation_gives_its_first_frame():
    red, blue = (Image.new("RGB", (4, 4), colour) for colour in ("red", "blue"))
    film = encoded(red, "GIF", save_all=True, append_images=[blue])
    assert (load_picture(film) == (255, 0, 0)).all()


def test_one_pixel_is_a_picture():
    assert load_picture(encoded(Image.new("L", (1, 1), 7))).tolist() == [[[7, 7, 7]]]


def test_a_long_picture_is_scaled_down_and_a_short_one_is_not(photo):
    for source in (photo, np.asarray(photo), encoded(photo, "JPEG"), encoded(photo.convert("P"))):
        assert load_picture(source, longest=30).shape == (20, 30, 3)
        assert load_picture(source, longest=60).shape == (40, 60, 3)


def test_the_given_image_and_array_stay_as_they_are(photo):
    image, array = photo.copy(), np.asarray(photo, np.float32)
    before = array.copy()
    load_picture(image, longest=10)
    load_picture(array, longest=10)
    assert image.size == photo.size
    np.testing.assert_array_equal(array, before)


def test_a_picture_of_too_many_pixels_is_refused_before_it_is_decoded(subtests):
    for side in (8_001, 20_000):
        with subtests.test(side=side):
            assert side * side > MAX_PIXELS
            huge = encoded(Image.new("1", (side, side)))
            with pytest.raises(PictureError, match=r"64 million"):
                load_picture(huge)


def test_a_jpeg_of_very_many_scans_is_refused_before_it_is_decoded(photo):
    usual = encoded(photo, "JPEG", progressive=True)
    last = usual[usual.rindex(b"\xff\xda") : -2]
    with pytest.raises(PictureError, match=r"^The picture holds its pixels in \d+ layers, .*\.$"):
        load_picture(usual[:-2] + MAX_SCANS * last + usual[-2:])
    many = usual[:-2] + 20 * last + usual[-2:]
    assert load_picture(many).shape == load_picture(usual).shape
    with pytest.raises(PictureError, match="layers"):
        load_picture(many, most=photo.width * photo.height)  # twice as many as one so large may


def test_a_picture_that_takes_much_memory_is_refused_before_it_is_decoded(subtests):
    side = 7000
    for image, kind, options in [
        (Image.new("RGB", (side, side)), "WEBP", {"method": 0}),
        (Image.new("RGB", (side, side)), "JPEG", {"progressive": True}),
        (Image.new("P", (side, side)), "GIF", {}),
        (Image.new("RGBA", (side, side)), "PNG", {"compress_level": 1}),
    ]:
        with subtests.test(kind=kind):
            content = encoded(image, kind, **options)
            with pytest.raises(PictureError, match=r"7000 x 7000 pixels, .* MB to decode, .*\.$"):
                load_picture(content)
    assert load_picture(encoded(Image.new("RGB", (side, side)), "JPEG"), 64).shape == (64, 64, 3)


def test_decoding_ends_when_it_takes_too_long(monkeypatch, photo):
    monkeypatch.setattr("fer_system.picture.MAX_SECONDS", -1)
    for kind in ("PNG", "BMP", "GIF"):
        with pytest.raises(PictureError, match=r"^The picture takes more than .* seconds .*\.$"):
            load_picture(encoded(photo, kind))


def test_what_is_no_picture_is_refused_in_one_sentence(subtests, tmp_path):
    for case, content in {
        "empty": b"",
        "text": b"hello",
        "svg": b"<svg xmlns='http://www.w3.org/2000/svg'/>",
        "eps": b"%!PS-Adobe-3.0 EPSF-3.0\n",
    }.items():
        with subtests.test(case=case):
            path = tmp_path / "upload.jpg"
            path.write_bytes(content)
            with pytest.raises(PictureError, match=r"^upload\.jpg is [^\n]+\.$"):
                load_picture(path)
            with pytest.raises(PictureError, match=r"^The picture is [^\n]+\.$"):
                load_picture(content)


def test_a_truncated_file_is_refused_in_one_sentence(subtests, photo):
    for file_format in ("JPEG", "PNG", "WEBP", "GIF", "BMP", "TIFF"):
        with subtests.test(file_format=file_format):
            whole = encoded(photo, file_format)
            for length in (len(whole) // 2, 40):
                with pytest.raises(PictureError, match=r"^The picture is [^\n]+\.$"):
                    load_picture(whole[:length])


def test_a_truncated_pillow_image_is_refused_too(photo):
    whole = encoded(photo)
    with pytest.raises(PictureError, match=r"^The picture is damaged [^\n]+\.$"):
        load_picture(Image.open(io.BytesIO(whole[: len(whole) // 2])))


def test_damaged_files_never_raise_anything_else(photo):
    random = np.random.default_rng(0)
    for file_format in ("JPEG", "PNG", "WEBP", "GIF", "BMP", "TIFF"):
        whole = np.frombuffer(encoded(photo, file_format), np.uint8)
        for _ in range(40):
            damaged = whole.copy()
            damaged[random.integers(len(whole), size=5)] = random.integers(256, size=5)
            try:
                picture = load_picture(damaged.tobytes())
            except PictureError:
                continue
            assert picture.dtype == np.uint8
            assert picture.ndim == 3


def test_a_missing_file_and_a_folder_are_named(tmp_path):
    for path in (tmp_path / "missing.png", tmp_path, "nul\0byte.png"):
        with pytest.raises(PictureError, match=r"cannot be read .*; check the path\.$"):
            load_picture(path)
