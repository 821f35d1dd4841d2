from __future__ import annotations

import pytest

from lab.cim.mof import AliasSyntax, ClassSyntax, InstanceSyntax, read
from lab.cim.mof_tokens import MofError


def one_class(text: str) -> ClassSyntax:
    (found,) = read(text)
    assert isinstance(found, ClassSyntax)
    return found


def test_class_with_everything() -> None:
    found = one_class(
        """
        // a comment, then qualifiers with flavours
        [Locale(1033), UUID("{x}"), dynamic : ToInstance, ValueMap{"1", "2"}, /* */ Description("a" "b") : Amended ToSubclass]
        class Child : Parent
        {
            [key, read] string Name;
            uint32 Numbers[] = {1, 0x10, -3, 101b};
            Embedded Props[];
            object:Embedded One;
            Other ref Link = NULL;
            string Fixed[8];
            [static, implemented] uint32 Do([in] Embedded Xs[], [out] string Y, [in, out] Other ref Z);
            void Nothing();
        };
        """
    )
    assert (found.name, found.parent, found.line) == ("Child", "Parent", 4)
    assert found.qualifiers == {"locale": 1033, "uuid": "{x}", "dynamic": True, "valuemap": ("1", "2"), "description": "ab"}
    assert [(p.name, p.type, p.array, p.ref) for p in found.properties] == [
        ("Name", "string", False, False),
        ("Numbers", "uint32", True, False),
        ("Props", "Embedded", True, False),
        ("One", "Embedded", False, False),
        ("Link", "Other", False, True),
        ("Fixed", "string", True, False),
    ]
    assert found.properties[1].default == (1, 16, -3, 5)
    do, nothing = found.methods
    assert do.qualifiers == {"static": True, "implemented": True}
    assert [(p.name, p.array, p.ref, sorted(p.qualifiers)) for p in do.parameters] == [
        ("Xs", True, False, ["in"]),
        ("Y", False, False, ["out"]),
        ("Z", False, True, ["in", "out"]),
    ]
    assert (nothing.returns, nothing.parameters) == ("void", ())


def test_instances_nest_and_have_aliases() -> None:
    (found,) = read("instance of A as $x { P = instance of B { L = {$y, instance of C {}}; }; T = TRUE; R = -1.5e1; C = 'a'; };")
    assert isinstance(found, InstanceSyntax)
    assert (found.class_name, found.alias) == ("A", "$x")
    inner = found.values[0].value
    assert inner.class_name == "B"
    assert inner.values[0].value == (AliasSyntax("$y"), InstanceSyntax(1, None, "C", None))
    assert [v.value for v in found.values[1:]] == [True, -15.0, 97]


def test_pragma_namespace_counts_from_there_on() -> None:
    first, second = read('class A {}; #pragma autorecover\n#pragma namespace ("\\\\\\\\.\\\\root\\\\sms")\nclass B {};')
    assert (first.namespace, second.namespace) == (None, "root/sms")


def test_qualifier_declarations_are_stepped_over() -> None:
    assert len(read("qualifier Read : boolean = false, scope(property), flavor(EnableOverride); class A {};")) == 1


def test_string_escapes() -> None:
    (found,) = read(r'instance of A { P = "a\\b\"c\x41\n"; };')
    assert isinstance(found, InstanceSyntax)
    assert found.values[0].value == 'a\\b"cA\n'


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("class A {\n string X\n};", "f.mof:3: expected ';' after X, found }"),
        ("class A {};\nclazz B {};", "f.mof:2: expected class, instance or #pragma, found clazz"),
        ("class A { string X; };\n/* open", "f.mof:2: comment without an end"),
        ('class A { string X = "open\n"; };', "f.mof:1: string without an end on its line"),
        (r'class A { string X = "\q"; };', r"f.mof:1: unknown escape \q in a string"),
        ("class A {\n string X;\n uint8 x;\n};", "f.mof:3: A has x twice"),
        ("class A { void F();\n void f(); };", "f.mof:2: A has f twice"),
        ("class A { void F([in] string a,\n [in] string A); };", "f.mof:2: F has A twice"),
        ("class A { void X; };", "f.mof:1: property X cannot be void"),
        ("class A {}", "f.mof:1: expected ';' after class A, found end of the text"),
        ("instance A {};", "f.mof:1: expected 'of' after instance, found A"),
        ("instance of A { X 1; };", "f.mof:1: expected '=' after X, found 1"),
        ("instance of A { X = ; };", "f.mof:1: expected a value, found ;"),
        ("instance of A { X = 1; x = 2; };", "f.mof:1: instance of A has x twice"),
        ("[key, Key] class A {};", "f.mof:1: qualifier Key is given twice"),
        (
            "#pragma nonsense(1)",
            "f.mof:1: unknown pragma nonsense; known: namespace, autorecover, classflags, instanceflags, instancelocale, locale",
        ),
        ('#pragma namespace("")', "f.mof:1: pragma namespace needs a namespace such as root/cimv2"),
        ("class A { uint8 X = {1, 2; };", "f.mof:1: expected ',' or '}', found ;"),
        ("class A ? {};", "f.mof:1: unexpected character '?'"),
        ("class A { uint8 X = 12abc; };", "f.mof:1: unexpected character '1'"),
        ("class A {\n uint32 X = " + "1" * 5000 + "; };", "f.mof:2: a number of 5000 digits"),
        ("instance of A { X = " + "{" * 40 + "}" * 40 + "; };", "f.mof:1: values nested deeper than 32"),
    ],
)
def test_errors_name_file_and_line(text: str, message: str) -> None:
    with pytest.raises(MofError) as caught:
        read(text, "f.mof")
    assert str(caught.value) == message
