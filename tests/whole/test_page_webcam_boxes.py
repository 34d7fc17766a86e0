"""Where the webcam tab draws: on the face while it moves, its words where there is room.

The browser's own modules, loaded from the page, are given pictures and boxes that are known.
"""

import itertools
import random

import pytest

# Soft spots that repeat nowhere, as a function of the place, so that they can be moved by parts of
# a pixel: in the first film a patch of them before others, in the second all of a picture.
NOISE = """
  const noise = (seed) => {
    const known = new Map();
    const at = (column, row) => {
      const key = `${column} ${row}`;
      if (!known.has(key)) known.set(key, (seed = (seed * 48271) % 2147483647) / 2147483647);
      return known.get(key);
    };
    return (x, y) => {
      const [column, row] = [Math.floor(x / 4), Math.floor(y / 4)];
      const [right, down] = [x / 4 - column, y / 4 - row];
      const upper = at(column, row) * (1 - right) + at(column + 1, row) * right;
      const lower = at(column, row + 1) * (1 - right) + at(column + 1, row + 1) * right;
      return 200 * (upper * (1 - down) + lower * down);
    };
  };
"""

# `moves` are the patch's left and top edges, picture by picture.
FOLLOWED = f"""async ([address, moves, light]) => {{
  {NOISE}
  const {{ Follower }} = await import(`${{address}}webcam/follower.js`);
  const [width, height, side] = [160, 120, 40];
  const [patch, behind] = [noise(1), noise(2)];
  const pictures = moves.map(([left, top], number) => {{
    const pixels = Float32Array.from({{ length: width * height }}, (_, at) => {{
      const [x, y] = [at % width, Math.floor(at / width)];
      const isPatch = x >= left && x < left + side && y >= top && y < top + side;
      return light * number + (isPatch ? patch(x - left, y - top) : behind(x, y));
    }});
    return {{ time: 33 * number, pixels, height }};
  }});
  const [left, top] = moves[0];
  const square = [left + 3, top - 2, side + 5];
  const face = {{ face: 1, unseen: 0, left, top, width: side, height: side, square }};
  const follower = new Follower();
  follower.show(pictures[0]);
  follower.learn([face], pictures[0], width);
  return pictures.map((picture, number) => {{
    if (number) follower.show(picture);
    const box = follower.boxOf(1).slice(0, 2).map((edge) => edge * width);
    return [box, follower.moved([face], width)?.[0]];
  }});
}}"""

# Answers come `late` pictures after theirs, and the one on the picture 40 is `wrong` by so much.
LATE = f"""async ([address, late, wrong]) => {{
  {NOISE}
  const {{ Follower }} = await import(`${{address}}webcam/follower.js`);
  const all = noise(3);
  const [width, height] = [160, 120];
  const pictures = Array.from({{ length: 80 }}, (_, number) => {{
    const level = (_, at) => all((at % width) - 1.3 * number, Math.floor(at / width));
    const pixels = Float32Array.from({{ length: width * height }}, level);
    return {{ time: 33 * number, pixels, height }};
  }});
  const follower = new Follower();
  const errors = [];
  pictures.forEach((picture, number) => {{
    follower.show(picture);
    const answered = number - late;
    if (answered < 0) return;
    const left = 10 + 1.3 * answered + (answered === 40 ? wrong : 0);
    const face = {{ face: 1, unseen: 0, left, top: 30, width: 40, height: 40 }};
    follower.learn([face], pictures[answered], width);
    errors.push(follower.boxOf(1)[0] * width - 10 - 1.3 * number);
  }});
  return errors;
}}"""

# The second answer is on a picture that is newer than all that were shown.
EARLY = """async (address) => {
  const { Follower } = await import(`${address}webcam/follower.js`);
  const [width, height] = [160, 120];
  const pixels = new Float32Array(width * height);
  const pictures = [0, 400].map((time) => ({ time, pixels, height }));
  const follower = new Follower();
  follower.show(pictures[0]);
  pictures.forEach((picture, number) => {
    const side = [40, 60][number];
    const face = { face: 1, unseen: 0, left: 50, top: 30, width: side, height: side };
    follower.learn([face], picture, width);
  });
  return follower.boxOf(1).map((edge) => edge * width);
}"""

PLACED = """async ([address, box, others, sizes, stage]) => {
  const placement = await import(`${address}webcam/placement.js`);
  const { leastCovering, placesOfBars, placesOfPlate } = placement;
  const taken = [box, ...others];
  const plates = placesOfPlate(box, sizes[0], stage);
  const plate = plates[leastCovering(plates, taken, undefined)];
  const bars = placesOfBars(box, sizes[1], stage);
  return [plate, bars[leastCovering(bars, [...taken, plate], undefined)] ?? null];
}"""


def swing(pictures):
    return [(60 + 30 * abs((number / 8) % 2 - 1), 40 + 0.3 * number) for number in range(pictures)]


@pytest.mark.parametrize("light", [0, 2], ids=["steady light", "light that changes"])
def test_a_box_stays_on_a_face_that_moves_by_parts_of_a_pixel_and_turns_back(
    light, open_page, address
):
    moves = swing(40)
    followed = open_page().evaluate(FOLLOWED, [address, moves, light])
    for (box, face), (left, top) in zip(followed, moves, strict=True):
        assert box == pytest.approx((left, top), abs=0.6)  # of 40 pixels
        assert (face["left"], face["top"]) == pytest.approx((left, top), abs=0.6)
        assert face["square"] == pytest.approx((left + 3, top - 2, 45), abs=0.6)


def test_a_face_that_is_gone_leaves_its_box_where_it_was(open_page, address):
    moves = [(60, 40)] * 3 + [(400, 40)] * 5
    box, face = open_page().evaluate(FOLLOWED, [address, moves, 0])[-1]
    assert box == pytest.approx((60, 40), abs=0.6)
    assert face is None, "it has to be found anew"


@pytest.mark.parametrize("late", [0, 1, 12])
def test_an_answer_that_comes_late_and_errs_corrects_the_box_without_a_jump(
    late, open_page, address
):
    errors = open_page().evaluate(LATE, [address, late, 10])
    steps = [abs(b - a) for a, b in itertools.pairwise(errors)]
    assert errors[0] == pytest.approx(0, abs=0.5), "it begins where the face is by now"
    assert max(steps) < 4, "a box that errs by 10 pixels comes in steps"
    assert errors[-1] == pytest.approx(0, abs=1)


def test_an_answer_on_a_picture_that_was_not_shown_yet_leaves_the_box_as_drawn(open_page, address):
    assert open_page().evaluate(EARLY, address) == pytest.approx([50, 30, 40, 40])


def shared(a, b):
    sides = [min(a[at] + a[at + 2], b[at] + b[at + 2]) - max(a[at], b[at]) for at in (0, 1)]
    return max(0, sides[0]) * max(0, sides[1])


def test_what_is_said_of_a_face_lies_in_the_stage_and_bars_never_on_that_face(open_page, address):
    page, dice = open_page(), random.Random(1)
    stage, sizes = [360, 270], [[140, 34], [96, 120]]

    def face():
        side = dice.uniform(15, 120)
        return [dice.uniform(0, 360 - side), dice.uniform(0, 270 - side), side, side]

    free = 0
    for _ in range(150):
        box, others = face(), [face() for _ in range(dice.randrange(3))]
        plate, bars = page.evaluate(PLACED, [address, box, others, sizes, stage])
        for place in filter(None, (plate, bars)):
            assert min(place[:2]) >= 0
            assert place[0] + place[2] <= stage[0]
            assert place[1] + place[3] <= stage[1]
        if bars:
            assert not shared(bars, box)
        free += not any(shared(plate, each) for each in (box, *others))
    assert free > 120, "most plates lie on no face"


def test_places_do_not_change_for_little(open_page, address):
    kept, left = open_page().evaluate(
        """async (address) => {
          const { leastCovering } = await import(`${address}webcam/placement.js`);
          const places = [[0, 0, 100, 100], [100, 0, 100, 100]];
          return [[120, 0, 2, 100], [150, 0, 40, 40]].map((box) => leastCovering(places, [box], 1));
        }""",
        address,
    )
    assert (kept, left) == (1, 0)
