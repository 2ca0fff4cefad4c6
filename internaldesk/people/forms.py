"""The forms of signing in and of one's own password."""

from wtforms import PasswordField, StringField
from wtforms.validators import EqualTo, InputRequired, ValidationError
from wtforms.widgets import PasswordInput

from internaldesk.people import secrecy
from internaldesk.web.forms import BaseForm

_LONGEST_ADDRESS = 254


def not_endless(_form: BaseForm, field: PasswordField) -> None:
    """Hashing a book would keep a core busy for nothing."""
    if len((field.data or "").encode("utf-8", "surrogatepass")) > secrecy.MOST_BYTES:
        raise ValidationError("That is too long: 1,024 bytes at most.")


def an_address(_form: BaseForm, field: StringField) -> None:
    """Only what could be an address at all; whether it is known is not told."""
    typed = (field.data or "").strip()
    field.data = "".join(filter(str.isprintable, typed))
    if "@" not in typed or len(typed) > _LONGEST_ADDRESS or typed != field.data:
        raise ValidationError("Enter your whole e-mail address, such as ada@company.example.")


class SignInForm(BaseForm):
    """Address and password."""

    email = StringField("E-mail", [InputRequired("Enter your e-mail address."), an_address])
    password = PasswordField("Password", [InputRequired("Enter your password."), not_endless])

    def fill_in(self, email: str, password: str = "") -> None:
        """Show an address, and in a demonstration even the password that everybody knows."""
        self.email.data, self.password.data = email, password
        self.password.widget = PasswordInput(hide_value=not password)


class NewPasswordForm(BaseForm):
    """A new password, twice, because nobody sees what they type."""

    password = PasswordField(
        "New password",
        [InputRequired("Enter a new password."), not_endless],
        description=f"At least {secrecy.LEAST_CHARACTERS} characters. Three or four odd words are easy to remember.",
    )
    again = PasswordField(
        "The same once more", [InputRequired("Enter it once more."), EqualTo("password", "The two are not the same.")]
    )


class ChangePasswordForm(NewPasswordForm):
    """One's own new password, which takes the old one."""

    old = PasswordField("Present password", [InputRequired("Enter your present password."), not_endless])
