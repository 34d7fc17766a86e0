import numpy as np

from drawings.people.expression import EXPRESSIONS
from drawings.people.variation import random_person, random_setting
from drawings.portrait.painting import paint_portrait
from fer_system.emotions import FER2013


def test_one_persons_seven_expressions_all_look_different():
    rng = np.random.default_rng(5)
    person, setting = random_person(rng), random_setting(rng)
    looks = [paint_portrait(person, EXPRESSIONS[name][0], setting, 0, 96) for name in FER2013]
    for index, look in enumerate(looks):
        assert look.std() > 10, FER2013[index]
        for other in looks[:index]:
            assert np.abs(look - other).mean() > 1, FER2013[index]
