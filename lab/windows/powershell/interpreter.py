"""Runs a script that was read. Everything is a generator: what takes lab time yields seconds, and the caller
continues later.
"""

from __future__ import annotations

from collections.abc import Callable, Generator, Sequence

from lab.windows.powershell import members, syntax
from lab.windows.powershell.binder import BINDING_ERROR, Bound, Given, bind, error_action, with_input
from lab.windows.powershell.errors import NOWHERE, ErrorRecord, Place, PowerShellError, Unsupported, simple_error
from lab.windows.powershell.operators import binary
from lab.windows.powershell.session import Invoked, RegisteredCommand, Session, Wait
from lab.windows.powershell.values import Hash, PropertyList, PsObject, PsValue, collapsed, items_of, number, text_of, truth

MOST_STATEMENTS = 20_000
Work = Generator[Wait, None, None]
Evaluated = Generator[Wait, None, PsValue]
Out = Callable[[PsValue], None]


class Exit(Exception):
    """``exit``."""

    def __init__(self, code: int) -> None:
        super().__init__(code)
        self.code = code


class Return(Exception):
    """``return``: the script ends, or the script block."""


class Interpreter:
    """Runs the statements of one script in a session. ``failed``: the last statement wrote an error, as ``$?`` shows it."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self.failed = False
        self._caught = 0
        self._statements = 0

    def run(self, script: syntax.Script, out: Out) -> Work:
        """Run a script. Raises :class:`Exit`, PowerShellError for an error that nothing caught, and Unsupported."""
        try:
            yield from self.block(script.statements, out)
        except Return:
            return

    def block(self, statements: Sequence[syntax.Statement], out: Out) -> Work:
        """Run statements. An error ends its statement; it ends the block too if ``try`` or Stop asks for that."""
        for statement in statements:
            self._statements += 1
            if self._statements > MOST_STATEMENTS:
                raise Unsupported(f"scripts that run more than {MOST_STATEMENTS} statements", statement.place)
            self.failed = False
            try:
                yield from self._statement(statement, out)
            except PowerShellError as error:
                if error.record.place == NOWHERE:
                    error.record.place = statement.place
                if self._caught or error.thrown or self._session.error_action.lower() == "stop":
                    raise
                self._report(error, self._session.error_action)

    def _report(self, error: PowerShellError, action: str) -> None:
        """Write an error after which the script continues."""
        self.failed = True
        if action.lower() not in ("silentlycontinue", "ignore"):
            self._session.write_error(error.record.shown())

    def _statement(self, node: syntax.Statement, out: Out) -> Work:
        if isinstance(node, syntax.Pipeline):
            yield from self._pipeline(node, out)
        elif isinstance(node, syntax.Assignment):
            yield from self._assign(node)
        elif isinstance(node, syntax.If):
            for condition, body in node.branches:
                if truth((yield from self._value(condition))):
                    yield from self.block(body, out)
                    return
            yield from self.block(node.otherwise, out)
        elif isinstance(node, syntax.Switch):
            yield from self._switch(node, out)
        elif isinstance(node, syntax.ForEach):
            for item in items_of((yield from self._value(node.value))):
                self._session.variables[node.variable] = item
                yield from self.block(node.body, out)
        elif isinstance(node, syntax.Try):
            yield from self._try(node, out)
        else:
            yield from self._flow(node, out)

    def _switch(self, node: syntax.Switch, out: Out) -> Work:
        found = yield from self._value(node.value)
        if found is None or isinstance(found, (list, Hash)):
            raise Unsupported("switch with something other than one text or number", node.place)
        value = text_of(found).casefold()
        matching = [body for text, body in node.clauses if text is not None and text.casefold() == value]
        for body in matching or [body for text, body in node.clauses if text is None]:
            yield from self.block(body, out)

    def _try(self, node: syntax.Try, out: Out) -> Work:
        pending: Exception | None = None
        try:
            self._caught += 1
            try:
                yield from self.block(node.body, out)
            finally:
                self._caught -= 1
        except PowerShellError as error:
            clause = next((clause for clause in node.catches if _catches(clause, error)), None)
            pending = error
            if clause is not None:
                pending = yield from self._handle(clause, error, out)
        except (Exit, Return) as flow:
            pending = flow
        yield from self.block(node.final, out)
        if pending is not None:
            raise pending

    def _handle(self, clause: syntax.Catch, error: PowerShellError, out: Out) -> Generator[Wait, None, Exception | None]:
        """Run a ``catch`` block with the error in ``$_``; returns what leaves it."""
        variables = self._session.variables
        before = variables.get("_")
        variables["_"] = error.record
        try:
            yield from self.block(clause.body, out)
        except (PowerShellError, Exit, Return) as later:
            return later
        finally:
            variables["_"] = before
        return None

    def _flow(self, node: syntax.Flow, out: Out) -> Work:
        value = None if node.value is None else (yield from self._value(node.value))
        if node.word == "exit":
            raise Exit(round(number(value)))
        if node.word == "return":
            for item in items_of(value):
                out(item)
            raise Return
        if node.value is None:
            value = self._session.variables.get("_")
        if isinstance(value, ErrorRecord):
            raise PowerShellError(value, thrown=True)
        message = text_of(value) if value is not None else "ScriptHalted"
        record = ErrorRecord(
            message,
            ("System.Management.Automation.RuntimeException", "System.Exception"),
            message,
            "OperationStopped",
            message,
            "String",
            place=node.place,
        )
        raise PowerShellError(record, thrown=True)

    def _assign(self, node: syntax.Assignment) -> Work:
        value = yield from self._value(node.value)
        if node.operator == "+=":
            value = binary("+", (yield from self._expression(node.target)), value)
        target = node.target
        if isinstance(target, syntax.Variable):
            if target.name != "null":
                self._session.variables[target.name] = value
        elif isinstance(target, syntax.Member):
            owner = yield from self._expression(target.target)
            name = text_of((yield from self._expression(target.name)))
            if target.static:
                members.assign_static(self._session, owner, name, value, target.place)
            else:
                members.assign_member(owner, name, value)
        elif isinstance(target, syntax.Index):
            owner = yield from self._expression(target.target)
            index = yield from self._expression(target.index)
            if not isinstance(owner, Hash):
                raise Unsupported("a change of an element of something other than a hashtable", target.place)
            owner[text_of(index)] = value

    def _value(self, node: syntax.Statement) -> Evaluated:
        """The output of a statement as one value."""
        found: list[PsValue] = []
        if isinstance(node, syntax.Pipeline) and len(node.elements) == 1 and not isinstance(node.elements[0], syntax.Command):
            return (yield from self._expression(node.elements[0]))
        yield from self._statement(node, found.append)
        return collapsed(found)

    def _collected(self, statements: Sequence[syntax.Statement]) -> Generator[Wait, None, list[PsValue]]:
        """The output of statements."""
        found: list[PsValue] = []
        for statement in statements:
            yield from self._statement(statement, found.append)
        return found

    # Pipelines and commands

    def _pipeline(self, node: syntax.Pipeline, out: Out) -> Work:
        flowing: list[PsValue] | None = None
        for element in node.elements:
            if isinstance(element, syntax.Command):
                flowing = yield from self._command(element, flowing)
            else:
                flowing = items_of((yield from self._expression(element)))
        for item in flowing or ():
            out(item)

    def _command(self, node: syntax.Command, flowing: list[PsValue] | None) -> Generator[Wait, None, list[PsValue]]:
        name = node.name if isinstance(node.name, str) else text_of((yield from self._expression(node.name)))
        given = yield from self._arguments(node.arguments)
        command = self._session.commands.get(name)
        if command is None:
            raise _not_found(name, node.place)
        bound = bind(command.contract, given, pipeline=flowing is not None, place=node.place)
        if command.module:
            self._session.ran.append(command.contract.name)
        try:
            return (yield from self._invoke(command, bound, flowing))
        except PowerShellError as error:
            action = error_action(bound, self._session.error_action)
            if error.terminating or action == "stop":
                error.terminating = True
                raise
            self._report(error, action)
            return []

    def _invoke(
        self, command: RegisteredCommand, bound: Bound, flowing: list[PsValue] | None
    ) -> Generator[Wait, None, list[PsValue]]:
        for item in flowing or () if command.collects else ():
            with_input(bound, item)
        if flowing is None or command.collects:
            return (yield from command.body(Invoked(self._session, bound, flowing or (), self)))
        found: list[PsValue] = []
        for item in flowing:
            one = with_input(bound, item)
            found.extend((yield from command.body(Invoked(self._session, one, (item,), self))))
        return found

    def each(self, block: syntax.ScriptBlock, item: PsValue) -> Generator[Wait, None, list[PsValue]]:
        """The output of a script block for one object of the pipeline, which is ``$_`` in it."""
        variables = self._session.variables
        before = variables.get("_")
        variables["_"] = item
        try:
            return (yield from self._collected(block.statements))
        finally:
            variables["_"] = before

    def _arguments(self, arguments: Sequence[syntax.Argument]) -> Generator[Wait, None, list[Given]]:
        found: list[Given] = []
        for argument in arguments:
            if argument.value is None:
                found.append(Given(argument.name, has_value=False, place=argument.place))
                continue
            if isinstance(argument.value, syntax.Variable) and argument.value.splat:
                found.extend(self._splatted(argument.value))
                continue
            value = yield from self._expression(argument.value)
            found.append(Given(argument.name, value, joined=argument.joined, place=argument.place))
        return found

    def _splatted(self, variable: syntax.Variable) -> list[Given]:
        value = self._variable(variable)
        if not isinstance(value, Hash):
            raise Unsupported(f"splatting of @{variable.name}, which is not a hashtable", variable.place)
        return [Given(name, item, place=variable.place) for name, item in value.items()]

    # Expressions

    def _expression(self, node: syntax.Expression) -> Evaluated:
        if isinstance(node, syntax.Literal):
            return node.value
        if isinstance(node, syntax.Variable):
            if node.name == "input":
                return (yield from self._input_lines(node.place))
            return self._variable(node)
        if isinstance(node, syntax.Expandable):
            parts = []
            for part in node.parts:
                parts.append(part if isinstance(part, str) else text_of((yield from self._expression(part))))
            return "".join(parts)
        if isinstance(node, syntax.SubExpression):
            return collapsed((yield from self._collected(node.statements)))
        if isinstance(node, syntax.ArrayOf):
            return (yield from self._collected(node.statements))
        if isinstance(node, syntax.ListLiteral):
            items = []
            for item in node.items:
                items.append((yield from self._expression(item)))
            return items
        if isinstance(node, syntax.HashLiteral):
            return (yield from self._hash(node))
        if isinstance(node, syntax.ScriptBlock):
            return node
        return (yield from self._compound(node))

    def _compound(self, node: syntax.Expression) -> Evaluated:
        if isinstance(node, syntax.TypeLiteral):
            return members.resolved_type(node.name, node.place)
        if isinstance(node, syntax.Member):
            owner = yield from self._expression(node.target)
            name = text_of((yield from self._expression(node.name)))
            if node.static:
                return members.static_member(owner, name, node.place)
            return members.member(self._session, owner, name, node.place)
        if isinstance(node, syntax.Call):
            return (yield from self._call(node))
        if isinstance(node, syntax.Index):
            owner = yield from self._expression(node.target)
            return _element(owner, (yield from self._expression(node.index)), node.place, self._session.strict)
        if isinstance(node, syntax.Cast):
            kind = members.resolved_type(node.type, node.place)
            value = yield from self._expression(node.value)
            return members.cast(kind, value, node.place)
        if isinstance(node, syntax.Unary):
            value = yield from self._expression(node.value)
            return -number(value) if node.operator == "-" else not truth(value)
        assert isinstance(node, syntax.Binary)
        left = yield from self._expression(node.left)
        if node.operator in ("-and", "-or"):
            if truth(left) == (node.operator == "-or"):
                return truth(left)
            return truth((yield from self._expression(node.right)))
        return binary(node.operator, left, (yield from self._expression(node.right)))

    def _hash(self, node: syntax.HashLiteral) -> Evaluated:
        found = Hash()
        for key, value in node.entries:
            name = text_of((yield from self._expression(key)))
            if name in found:
                raise simple_error(f"Item has already been added. Key in dictionary: '{name}'", "DuplicateKeyInHashLiteral")
            found[name] = yield from self._value(value)
        return found

    def _call(self, node: syntax.Call) -> Evaluated:
        owner = yield from self._expression(node.target)
        name = text_of((yield from self._expression(node.name)))
        arguments: list[PsValue] = []
        for argument in node.arguments:
            arguments.append((yield from self._expression(argument)))
        if node.static:
            return members.static_call(self._session, owner, name, arguments, node.place)
        if isinstance(owner, PsObject) and "Stream" in owner.properties:
            members.check_method(self._session, owner)
            return (yield from self._console(owner, name, arguments, node.place))
        return members.call(self._session, owner, name, arguments, node.place)

    def _console(self, stream: PsObject, name: str, arguments: list[PsValue], place: Place) -> Evaluated:
        """``[Console]::In``, ``Out`` and ``Error``."""
        which, key = stream.properties["Stream"], name.lower()
        if which == "in" and key == "readtoend" and not arguments:
            return (yield from self._input(place))
        if which != "in" and key in ("write", "writeline") and len(arguments) <= 1:
            text = text_of(arguments[0] if arguments else "") + ("\r\n" if key == "writeline" else "")
            (self._session.write_out if which == "out" else self._session.write_error)(text)
            return None
        raise Unsupported(f"[Console]::{which.capitalize()}.{name} with {len(arguments)} arguments", place)

    def _input(self, place: Place) -> Generator[Wait, None, str]:
        if self._session.read_input is None:
            raise Unsupported("reading standard input in a script that is itself read from standard input", place)
        return (yield from self._session.read_input())

    def _input_lines(self, place: Place) -> Evaluated:
        """``$input``: the lines of standard input."""
        return (yield from self._input(place)).splitlines()

    def _variable(self, node: syntax.Variable) -> PsValue:
        if node.name.startswith("env:"):
            return self._session.environment.get(node.name.removeprefix("env:"))
        name = "_" if node.name == "psitem" else node.name
        if name not in self._session.variables:
            # Without Set-StrictMode PowerShell takes $null; in the lab a variable without a value is a mistake of the script.
            raise simple_error(
                f"The variable '${node.name}' cannot be retrieved because it has not been set.", "VariableIsUndefined"
            )
        return self._session.variables[name]


def _catches(clause: syntax.Catch, error: PowerShellError) -> bool:
    known = {name.casefold() for name in (*error.record.types, "System.Exception")}
    return not clause.types or any(name.casefold() in known for name in clause.types)


def _element(owner: PsValue, index: PsValue, place: Place, strict: bool) -> PsValue:
    if isinstance(owner, PropertyList) and isinstance(index, str):
        return owner.named(index)
    if isinstance(owner, Hash):
        return owner.get(text_of(index))
    if isinstance(owner, (list, str)) and isinstance(index, int) and not isinstance(index, bool):
        if -len(owner) <= index < len(owner):
            return owner[index]
        if strict:
            raise simple_error("Index was outside the bounds of the array.", "System.IndexOutOfRangeException")
        return None
    if owner is None:
        raise simple_error("Cannot index into a null array.", "NullArray")
    raise Unsupported("an index of this kind", place)


def _not_found(name: str, place: Place) -> PowerShellError:
    message = (
        f"The term '{name}' is not recognized as the name of a cmdlet, function, script file, or operable "
        "program. Check the spelling of "
        "the name, or if a path was included, verify that the path is correct and try again."
    )
    types = ("System.Management.Automation.CommandNotFoundException", *BINDING_ERROR[1:])
    return PowerShellError(
        ErrorRecord(message, types, "CommandNotFoundException", "ObjectNotFound", name, "String", name, place=place)
    )
